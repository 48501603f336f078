"""The pages of accounts and of the school itself."""
