"""The embedded database: schema, connections, and one file of queries per topic."""
