"""Many documents, in steps that can be cut off anywhere: read, encoded, grouped by event, compared event by event.

    config ─ shelve ─▶ documents and claims on disk ─ encode, group ─▶ events ─ compare ─▶ tables, reports, index

The stages are those of a comparison; this room only keeps their answers and hands on what fits into memory.
"""

from stance.batch.config import Config, load_config
from stance.batch.run import run_batch

__all__ = ["Config", "load_config", "run_batch"]
