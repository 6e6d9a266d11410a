"""What changed, and did it work?"""
