from . import draft, health, log, message, probe, unsubscribe, upload
