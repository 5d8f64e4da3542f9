"""What runs in the background: polls, editions, upkeep, the config watch, and the commands that it takes."""
