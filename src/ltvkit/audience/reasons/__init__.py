"""Why a customer is predicted to be worth that, in words: features as topics, and sentences."""
