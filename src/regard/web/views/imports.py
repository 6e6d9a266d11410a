from regard.web.views.home import home as imports
