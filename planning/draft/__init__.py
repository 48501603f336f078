"""A draft as a typed value, and how it is stored: no other room, and no other module, knows the stored document."""
