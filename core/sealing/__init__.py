"""Sealed fields: encrypted in the signed act, read by those the law names, opened by an event, destroyed by order."""
