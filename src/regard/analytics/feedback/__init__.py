"""What customers answer: NPS, CSAT, CES, CSI and who answers at all."""
