"""Settings of nbgrader; all its commands are run in this folder (book/grading.md)."""

c = get_config()  # noqa: F821  (nbgrader puts it there)

c.CourseDirectory.course_id = "neutrino-portals"
# the page of a problem set for those who mark by hand, and nothing but notebooks to students
c.ClearSolutions.code_stub = {"python": "# your code here\n"}
c.ClearSolutions.text_stub = "*Your answer here.*"
c.ExecutePreprocessor.timeout = 120
