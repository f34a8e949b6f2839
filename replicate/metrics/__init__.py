"""The scores of the field, as its official scorers compute them."""
