"""Runs the Lambda functions of LocalStack as processes of this machine; see README.md."""
