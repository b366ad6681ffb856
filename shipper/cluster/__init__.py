"""What the agent knows about Elasticsearch and OpenSearch clusters."""
