"""Voiced as ears, voice and mind of others: a Wyoming server.

Source of the protocol: the Wyoming protocol's README (OHF-Voice/wyoming).
"""
