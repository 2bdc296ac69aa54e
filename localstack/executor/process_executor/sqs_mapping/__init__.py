"""Event source mappings of SQS standard queues as AWS runs them; `mapping.py` says how LocalStack's own differ."""

from process_executor.sqs_mapping.worker import apply

__all__ = ["apply"]
