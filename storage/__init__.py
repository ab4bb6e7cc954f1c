"""What we know: releases, their versions, what was made of them, and who was promised word. Imports nothing of ours."""
