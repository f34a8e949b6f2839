"""A plan carried out on a Ray cluster: it is met, its nodes are asked, and steps are done there."""
