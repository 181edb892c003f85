"""The service: command line, HTTP API, workflows, reports and workbooks."""
