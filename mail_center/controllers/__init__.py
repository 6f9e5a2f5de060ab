from . import draft, message, probe
