"""What is tried with many values is not judged by the clock: machines and Pythons differ."""

from hypothesis import settings

settings.register_profile("mail_center", parent=settings.default, deadline=None)
settings.load_profile("mail_center")
