"""Financed emissions after the PCAF Global GHG Accounting and Reporting Standard, one file per asset class."""
