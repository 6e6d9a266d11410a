from regard.web.views.home import home as measures
from regard.web.views.home import home as measure
from regard.web.views.home import home as figures_csv
