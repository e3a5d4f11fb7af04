"""What is asked of a log before anything is trained on it: findings, and a verdict of them all."""
