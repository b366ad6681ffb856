"""What fewer scripts use: dates, matchers of regular expressions, streams."""
