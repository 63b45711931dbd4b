"""Files of records on their way in: registered once, taken in by a job from a checkpoint, refused rows handed back."""
