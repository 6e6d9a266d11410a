from django.urls import path

from regard.web.views import customers, home, imports, measures, review, settings, sign_in, styleguide

urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("welcome/<str:uid>/<str:token>", sign_in.new_password, name="new-password"),
    path("account", sign_in.account, name="account"),
    path("appearance", sign_in.appearance, name="appearance"),
    path("customers", customers.customers, name="customers"),
    path("customers.csv", customers.customers_csv, name="customers-csv"),
    path("customers/<path:key>", customers.customer, name="customer"),
    path("merges/<int:merge_id>/undo", customers.undo_merge, name="undo-merge"),
    path("measures", measures.measures, name="measures"),
    path("measures/<str:name>", measures.measure, name="measure"),
    path("measures/<str:name>/figures.csv", measures.figures_csv, name="measure-csv"),
    path("review", review.review, name="review"),
    path("review/<int:candidate_id>", review.decide, name="decide"),
    path("imports", imports.imports, name="imports"),
    path("settings", settings.settings, name="settings"),
    path("settings/users", settings.users, name="settings-users"),
    path("settings/users/<int:user_id>", settings.change_user, name="settings-user"),
    path("settings/keys", settings.keys, name="settings-keys"),
    path("settings/keys/<int:key_id>", settings.revoke_key, name="settings-key"),
    path("styleguide", styleguide.styleguide, name="styleguide"),
    path("script/<str:name>", styleguide.chart_script, name="chart-script"),
]
