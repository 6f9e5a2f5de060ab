from . import message, probe
