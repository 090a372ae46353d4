"""The people at an office's computer: who is signed in, what each role may do, and who looked at what."""
