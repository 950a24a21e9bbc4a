from django.urls import path

from engagement.views import tasks, timeline, today

urlpatterns = [
    path("", today.today, name="today"),
    path("signals/<uuid:customer>/<slug:signal>/dismiss/", today.signal_dismiss, name="signal_dismiss"),
    path("signals/<uuid:customer>/<slug:signal>/recall/", today.signal_recall, name="signal_recall"),
    path("signals/<uuid:customer>/<slug:signal>/task/", today.signal_task, name="signal_task"),
    path("tasks/", tasks.task_list, name="task_list"),
    path("tasks/new/", tasks.task_new, name="task_new"),
    path("tasks/<uuid:pk>/", tasks.task_edit, name="task_edit"),
    path("tasks/<uuid:pk>/done/", tasks.task_done, name="task_done"),
    path("tasks/<uuid:pk>/reopen/", tasks.task_reopen, name="task_reopen"),
    path("tasks/<uuid:pk>/postpone/", tasks.task_postpone, name="task_postpone"),
    path("customers/<uuid:customer>/timeline/", timeline.timeline_panel, name="timeline_panel"),
    path("customers/<uuid:customer>/tasks/", timeline.tasks_panel, name="tasks_panel"),
    path("customers/<uuid:customer>/timeline/new/", timeline.activity_new, name="activity_new"),
    path("timeline/<uuid:pk>/", timeline.activity_edit, name="activity_edit"),
    path("timeline/<uuid:pk>/remove/", timeline.activity_remove, name="activity_remove"),
    path("timeline/<uuid:pk>/restore/", timeline.activity_restore, name="activity_restore"),
]
