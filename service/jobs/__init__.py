"""Work outside the request: jobs that survive their workers, schedules, and handlers that other packages register."""

from service.jobs.registered import JobProcess, registered

__all__ = ["JobProcess", "registered"]
