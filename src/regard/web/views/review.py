from regard.web.views.home import home as review, home as decide
