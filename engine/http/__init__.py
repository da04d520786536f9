"""The only room that sends: one question in, one answer out, or a sentence that says why there is none.

``sender`` does what ``decision`` decides; ``gate`` says which addresses may be asked, ``pace`` when, ``wire`` is the
connection, ``body`` what comes over it, and ``policy`` how patient all of them are; ``posting`` tells others what came
of a run. The value of a secret is put in by the connection as it writes, so that nothing which can be printed, logged
or raised has ever held it.
"""

from .decision import Stop
from .pace import strictest
from .policy import Policy, Validators
from .posting import Posted, post
from .sender import Sender

__all__ = ["Policy", "Posted", "Sender", "Stop", "Validators", "post", "strictest"]
