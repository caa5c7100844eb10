"""The coach: plans and doses, safety, progress, cues, set-up, sessions. Pure where it decides."""
