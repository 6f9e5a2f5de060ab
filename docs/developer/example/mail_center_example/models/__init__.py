from . import project_project, providers
