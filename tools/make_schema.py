"""Write engine/schema/indicator.schema.json, with which editors complete and check specs."""

from pathlib import Path

from yhovi.engine.schema.build import FILE_NAME, rendered

TARGET = Path(__file__).resolve().parents[1] / "engine" / "schema" / FILE_NAME

if __name__ == "__main__":
    TARGET.write_text(rendered(), encoding="utf-8", newline="\n")
    print(f"written: {TARGET.name}")
