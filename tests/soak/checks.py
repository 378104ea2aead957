"""What a soak has found: figures, and whether an invariant held."""

import json
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant. ``ok`` is false when it was broken; ``figures`` are for people and never decide anything."""

    name: str
    ok: bool
    figures: dict[str, object] = field(default_factory=dict)

    def line(self) -> str:
        """Write it on one line."""
        return f"{'held  ' if self.ok else 'BROKEN'}  {self.name}  {json.dumps(self.figures, ensure_ascii=False)}"
