"""The rows of the table of issue 10, each a module with ``run(stage) -> Row`` (or several)."""

from benchmarks.rows import compose, cost, growth, idle, latency, mailbox, queue, sync, workers

# In the order in which they run; the names are what ONLY= takes.
ROWS = {
    "sync": sync.run,
    "idle": idle.run,
    "queue": queue.run,
    "workers": workers.run,
    "compose": compose.run,
    "cost": cost.run,
    "latency": latency.run,
    "growth": growth.run,
    "fresh": idle.fresh,
    "mailbox": mailbox.run,
}
