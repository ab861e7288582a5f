#!/bin/sh
# Makes the changes of an authpocket plan with curl: run it once, while both
# systems are as they were when the plan was made. It stops at the first call
# that fails; then make a new plan. There is no secret in it.
