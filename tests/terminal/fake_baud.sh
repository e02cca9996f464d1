#!/bin/sh
# fake_baud.sh - stands for the program where the dashboard starts it in the background: plugins, an episode, verdicts.
case $1 in
  plugins)
    cat <<'JSON'
[{"name":"lockbox","path":"/usr/lib/baud/plugins/lockbox.so","id":"baud.lockbox","role":"environment","title":"box with a secret code","doc":"A code is drawn uniformly; each episode is one guess.","behaviour":1,"version":"1.0","license":"MIT","params":[{"key":"codes","type":"int","default":64,"low":2,"high":1048576,"unit":"","live":false,"help":"number of codes"}],"extensions":["baud.observer/1","baud.draw/1"]},
 {"name":"reinforce","path":"/usr/lib/baud/plugins/reinforce.so","id":"baud.reinforce","role":"learner","title":"REINFORCE on a table","doc":"A softmax policy over a table of logits.","behaviour":1,"version":"1.0","license":"MIT","params":[{"key":"lr","type":"float","default":1,"low":0,"high":1000000,"unit":"","live":true,"help":"step size of the logits"},{"key":"baseline","type":"choice","default":"none","choices":["none","mean"],"unit":"","live":false,"help":"what is subtracted from returns"}],"extensions":[]},
 {"name":"broken","path":"/home/ada/broken.so","reason":"undefined symbol: cblas_sgemm"}]
JSON
    ;;
  judge)
    echo '{"claim":0,"verdict":"holds","figures":"absorbed 45.2 [43.0 47.1], received 87.1"}'
    echo '{"claim":1,"verdict":"undecided","figures":"too few trials yet"}'
    ;;
  play)
    episode=$6
    awk -v episode="$episode" -v is_life="${FAKE_LIFE:-0}" 'BEGIN { # FAKE_LIFE=1: of a lifetime
      for (step = 0; step < 12; step++) {
        printf "{\"episode\":%d,\"step\":%d,\"picture\":[\"#########\",\"#", episode, step
        for (x = 1; x < 8; x++) printf "%s", x == (step % 7) + 1 ? "A" : x == 7 ? "G" : "."
        printf "#\",\"#.#####.#\",\"#########\"],\"obs\":[[%d]]", step % 7
        if (step > 0) printf ",\"action\":[1],\"actions\":4,\"p\":0.%d1,\"reward\":0,\"return\":0,\"facts\":{\"success\":0}", step % 10
        if (step == 11) printf ",\"end\":\"terminated\""
        printf ",\"bits\":{\"offered\":[%.1f,0,0],\"received\":[%.1f,0,0],\"absorbed\":%.2f,\"useful\":0,\"known\":%.2f", 1 + step % 3, step % 3, 0.5 * (step % 3), step / 4
        if (is_life) printf ",\"known_wiped\":%.2f},\"inner\":{\"episode\":3,\"episodes\":10,\"return\":2,\"success\":0.5,\"offered\":[7,0,0],\"received\":[6.5,0,0]", step / 8
        print "}}"
      }
    }'
    ;;
  *) exit 2 ;;
esac
