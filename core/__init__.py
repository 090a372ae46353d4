"""The ledger and the laws: knows no socket and no window."""
