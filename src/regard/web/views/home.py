from django.shortcuts import render
from regard.web.may import may
from regard.access.permissions import Permission
@may(Permission.MEASURES_READ)
def home(request): return render(request, "web/base.html")
