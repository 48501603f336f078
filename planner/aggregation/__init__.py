"""Planning by types of evenings: evenings of one visitor that offer the same are planned as one."""
