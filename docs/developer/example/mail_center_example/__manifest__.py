{
    "name": "Email Center: example",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "mail_center team",
    "summary": "Email from projects: the example of the developer guide",
    "depends": ["mail_center", "project"],
    "data": ["data/linkable.xml", "views/project_views.xml"],
}
