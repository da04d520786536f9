"""The archive of raw answers, on a local folder or on S3: immutable and content-addressed.

Below ``<root>/<environment>/bronze/<source>/<dataset>/`` lie

* ``<extract_date>/<sha256>.gz``: the bytes of an answer, named after the hash of what is inside, stored once;
* ``exchanges/<exchange_key[:16]>/<started>-<exchange_id>.json``: the manifest of one complete exchange;
* ``landings/<landed>-<sha256[:12]>.json``: the manifest of one file that a person put there.

Everything is written beside its place as a ``.part`` file, read back, and only then moved there, so whatever has a
final name is whole. A manifest is written last, once, and never appended to: an exchange without one is not complete,
and nobody reads it.

Beside the archive there may be an *inbox*, a local folder into which people put files that are to be landed.
"""

from .archive import Bronze
from .nowhere import Nowhere
from .values import Evidence, Kept, Landing, Proof, Record, Validators

__all__ = ["Bronze", "Evidence", "Kept", "Landing", "Nowhere", "Proof", "Record", "Validators"]
