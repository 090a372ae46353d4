"""Possible duplicates: records that may mean one person or thing, each pair with its reason; a person decides."""
