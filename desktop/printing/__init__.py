"""Paper: an extract set from signed facts, its QR code, and the way back from a file to those facts.

facts → extract (layout of template 1) → drawing (PDF); code packs receipts for QR; reading finds them in a PDF or a
picture; comparing holds a page against the same page set again. desktop/verification.py is the front door back.
"""
