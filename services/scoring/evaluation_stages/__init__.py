"""阶段办理: closing the stages of a run, up to the decision."""
