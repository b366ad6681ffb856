"""What ``shipper setup`` does: compare the configuration with the cluster, plan, and carry the plan out."""

from shipper.tools.setup.plan import Plan, SetupError, Step, carry_out
from shipper.tools.setup.planner import make_plan, plan_push
from shipper.tools.setup.remove import plan_removal

__all__ = [
    "Plan",
    "SetupError",
    "Step",
    "carry_out",
    "make_plan",
    "plan_push",
    "plan_removal",
]
