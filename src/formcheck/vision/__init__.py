"""From a camera, a clip or a pose track to the poses of one person.

Read ``source`` first: it opens what the user names. ``frames`` holds what all streams share, with
``clip``, ``camera``, ``playback`` (a clip as a camera) and ``track`` beside it; ``landmarker``
finds and follows the person by ``graph`` and ``looks``; ``pipeline`` does it in threads. ``models``
and ``kept`` know the model files and the landmarks of clips seen before. The only room that opens
cameras and the only one that knows MediaPipe; may import ``body.pose``.
"""

import os

# OpenCV and its FFmpeg print to stderr past Python; both read these once, when cv2 is imported.
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
