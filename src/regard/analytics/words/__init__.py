"""What customers' words say: language, sentiment, themes, copies, and the queue a text belongs to."""
