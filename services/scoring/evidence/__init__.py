"""佐证材料与合理缺项: files behind clauses, and clauses that do not apply."""
