"""Stories: what happens at several offices under a law, told in a file and played on whole offices (LAWS.md §14)."""
