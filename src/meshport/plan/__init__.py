"""What publishing would change, and doing exactly that. Knows no concrete catalog."""
