"""Mends how LocalStack gives environments to concurrent invocations.

Its assignment service goes through a dictionary of environments while other threads add to it ("dictionary changed size
during iteration"), and puts a new environment there for all to take before the one who made it has reserved it; either
way an invocation fails that should run. And an environment that is still starting when its version is stopped is not
in the dictionary yet, so that nobody would ever stop it.
"""

import contextlib
import threading
from collections.abc import Iterator

from localstack.services.lambda_.invocation.assignment import AssignmentException, AssignmentService
from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment, InvalidStatusException
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InitializationType

from process_executor.patching import require

require(AssignmentService, "get_environment", "self", "version_manager_id", "function_version", "provisioning_type")
require(AssignmentService, "start_environment", "self", "version_manager_id", "function_version")
require(AssignmentService, "stop_environment", "self", "environment")
require(AssignmentService, "stop_environments_for_version", "self", "version_manager_id")
require(ExecutionEnvironment, "reserve", "self")
require(ExecutionEnvironment, "release", "self")

_lock = threading.Lock()
_stopped_versions: set[str] = set()


@contextlib.contextmanager
def _get_environment(
    self: AssignmentService,
    version_manager_id: str,
    function_version: FunctionVersion,
    provisioning_type: InitializationType,
) -> Iterator[ExecutionEnvironment]:
    environment = _reserve_idle(self, version_manager_id, provisioning_type)
    if environment is None:
        if provisioning_type != InitializationType.on_demand:
            raise AssignmentException("No environment with provisioned concurrency is free, although one was promised.")
        environment = self.start_environment(version_manager_id, function_version)
        environment.reserve()
        with _lock:
            self.environments[version_manager_id][environment.id] = environment
    try:
        yield environment
    except BaseException:
        self.stop_environment(environment)
        raise
    if version_manager_id in _stopped_versions:
        self.stop_environment(environment)
        return
    # It may have been stopped while it ran: then there is nothing to release.
    with contextlib.suppress(InvalidStatusException):
        environment.release()


def _reserve_idle(
    self: AssignmentService, version_manager_id: str, provisioning_type: InitializationType
) -> ExecutionEnvironment | None:
    with _lock:
        environments = list(self.environments[version_manager_id].values())
    for environment in environments:
        if environment.initialization_type != provisioning_type:
            continue
        with contextlib.suppress(InvalidStatusException):
            environment.reserve()
            return environment
    return None


def apply() -> None:
    stop_environments_for_version = AssignmentService.stop_environments_for_version

    def stop_and_remember(self: AssignmentService, version_manager_id: str) -> None:
        _stopped_versions.add(version_manager_id)
        stop_environments_for_version(self, version_manager_id)

    AssignmentService.get_environment = _get_environment  # type: ignore[method-assign]
    AssignmentService.stop_environments_for_version = stop_and_remember  # type: ignore[method-assign]
