"""A recorded run as the rules see it: ops, walks, updates and parameters, with what links them."""
