package app

import (
	"slices"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/server/api"
	"godwit.dev/godwit/internal/server/web"
)

// Why some of the console has no counterpart at the API.
const (
	onScreen   = "draws what the API gives as records"
	ownBrowser = "is about this browser: signing in, proving oneself, ending its own session"
	ownChoice  = "keeps how far a reader came on the screen"
)

// counterparts names, for everything that the console can be asked for, the
// operations of the API that do the same, or why there are none.
func counterparts() map[string]string {
	return map[string]string{
		"GET /{$}":                              onScreen,
		"GET /inbox/counts":                     "ticketCount viewList",
		"GET /inbox/{view}":                     "ticketList",
		"GET /inbox/{view}/rows":                "ticketList",
		"GET /search":                           "ticketSearch",
		"GET /palette":                          "ticketSearch orderList customerList",
		"GET /keys":                             onScreen,
		"GET /tour":                             ownChoice,
		"POST /tour":                            ownChoice,
		"GET /live":                             "eventList",
		"GET /t/{number}":                       "ticketGet messageList ticketEvents draftGet ticketUpdate",
		"GET /t/{number}/parts":                 "ticketGet messageList ticketEvents",
		"GET /t/{number}/presence":              "presenceGet",
		"GET /t/{number}/macros":                "macroList",
		"GET /t/{number}/m/{message}/html":      "messageHTML",
		"GET /t/{number}/m/{message}/raw":       "messageRaw",
		"GET /f/{message}/{name}":               "messageFile",
		"GET /f/{message}/{name}/preview":       onScreen,
		"POST /t":                               "ticketCreate",
		"POST /t/{number}/reply":                "ticketReply",
		"POST /t/{number}/note":                 "ticketNote",
		"PUT /t/{number}/draft":                 "draftPut draftDelete",
		"POST /t/{number}/macro/{macro}":        "ticketMacroText draftPut",
		"POST /t/{number}/macro/none":           "draftPut",
		"POST /t/{number}/send/{message}/undo":  "messageCancel",
		"POST /t/{number}/send/{message}/retry": "messageRetry",
		"POST /t/{number}/send/{message}/now":   "messageSend",
		"POST /t/{number}/status":               "ticketUpdate",
		"POST /t/{number}/assign":               "ticketUpdate",
		"POST /t/{number}/team":                 "ticketUpdate",
		"POST /t/{number}/priority":             "ticketUpdate",
		"POST /t/{number}/topic":                "ticketUpdate",
		"POST /t/{number}/tags":                 "ticketTags ticketUpdate",
		"POST /t/{number}/fields":               "ticketUpdate",
		"POST /t/{number}/subject":              "ticketUpdate",
		"POST /t/{number}/snooze":               "ticketUpdate",
		"POST /t/{number}/merge":                "ticketMerge",
		"POST /t/{number}/split":                "ticketSplit",
		"POST /t/{number}/side":                 "sideOpen",
		"POST /t/{number}/side/{side}/reply":    "sideReply sideList",
		"POST /t/{number}/follow-up":            "ticketFollowUp",
		"POST /t/{number}/spam":                 "ticketUpdate",
		"POST /t/{number}/order":                "ticketUpdate",
		"POST /t/{number}/undo/{event}":         "ticketUndo",
		"POST /t/{number}/read":                 "ticketUpdate",
		"POST /t/{number}/presence":             "presencePut",
		"POST /inbox/bulk":                      "ticketBulk",
		"POST /inbox/bulk/undo/{batch}":         "ticketBulkUndo",

		"GET /cases":                     "caseList",
		"GET /cases/rows":                "caseList",
		"GET /cases/counts":              "caseList",
		"GET /cases/{case}":              "caseGet caseEvents caseDecision caseFileList orderCoverage recoveryList",
		"GET /cases/{case}/files/{file}": "caseFile",
		"GET /orders/{order}/cases/new":  "caseAdvise",
		"POST /orders/{order}/cases":     "caseOpen",
		"POST /cases/{case}/approve":     "caseApprove",
		"POST /cases/{case}/grant":       "caseGrant",
		"POST /cases/{case}/ask":         "caseAsk",
		"POST /cases/{case}/decline":     "caseDecline",
		"POST /cases/{case}/finish":      "caseFinish",
		"POST /cases/{case}/close":       "caseCancel",
		"POST /cases/{case}/reopen":      "caseReopen",
		"POST /cases/{case}/forgo":       "caseForgo",
		"POST /cases/{case}/hold":        "caseHold",
		"POST /cases/{case}/differ":      "returnDiffer returnOverlook",
		"GET /repairs":                   "repairList repairGet",
		"POST /cases/{case}/repair":      "repairMove repairAnswer repairLend repairReturned repairCharged repairSpend",
		"POST /cases/{case}/settle":      "caseSettle caseAgree",

		"GET /refunds":                           "refundList refundSums",
		"GET /refunds/rows":                      "refundList",
		"GET /refunds/counts":                    "refundSums",
		"GET /refunds/{refund}":                  "refundGet refundEvents refundEntries",
		"GET /transfers":                         "transferWaiting transferList",
		"POST /transfers":                        "transferCreate",
		"POST /transfers/statement":              "transferStatement",
		"GET /transfers/{transfers}":             "transferGet",
		"GET /transfers/{transfers}/file":        "transferFile",
		"POST /transfers/{transfers}":            "transferSent transferWithdraw transferConfirm",
		"GET /orders/{order}/refunds/new":        "casePaybackQuote orderGet",
		"POST /orders/{order}/refunds":           "casePayback",
		"POST /refunds/{refund}/approve":         "refundApprove",
		"POST /refunds/{refund}/cancel":          "refundCancel",
		"POST /refunds/{refund}/redirect":        "refundRedirect",
		"POST /refunds/{refund}/elsewhere":       "refundElsewhere",
		"POST /refunds/{refund}/ask":             "refundAsk",
		"POST /refunds/{refund}/twice":           "refundTwice",
		"POST /refunds/{refund}/twice/ask-back":  "refundTwiceAsk",
		"POST /refunds/{refund}/twice/came-back": "refundTwiceBack",
		"POST /refunds/{refund}/twice/write-off": "refundTwiceWriteOff",
		"POST /refunds/{refund}/twice/dismiss":   "refundTwiceDismiss",

		"GET /recoveries":                                 "recoveryList recoverySums",
		"POST /recoveries":                                "recoveryOpen",
		"GET /recoveries.csv":                             "recoveryList",
		"GET /recoveries/batches":                         "recoveryBatches",
		"POST /recoveries/batches":                        "recoveryBatchClaim",
		"GET /recoveries/batches.csv":                     "recoveryBatches",
		"GET /recoveries/{recovery}":                      "recoveryGet recoveryPayments recoveryEvents",
		"POST /recoveries/{recovery}":                     "recoveryUpdate",
		"POST /recoveries/{recovery}/payments":            "recoveryPay",
		"GET /recoveries/{recovery}/dossier.zip":          "recoveryDossierFile recoveryDossier",
		"GET /recoveries/{recovery}/letter.pdf":           "recoveryDossierFile",
		"POST /recoveries/{recovery}/documents":           "recoveryDocumentAdd recoveryDocumentDelete",
		"GET /recoveries/{recovery}/documents/{document}": "recoveryDocument recoveryDocumentList",

		"GET /orders":                                "orderList shopList",
		"GET /orders/{order}":                        "orderGet orderCoverage ticketList shipmentList traceList traceEvents traceNoteList productList",
		"GET /parcels":                               "shipmentList shipmentCount traceList orderList customerList",
		"GET /parcels/rows":                          "shipmentList",
		"GET /parcels/counts":                        "shipmentCount traceCount",
		"GET /lanes":                                 "laneList",
		"GET /lanes.csv":                             "laneList",
		"GET /parcels/{parcel}":                      "shipmentGet orderGet ticketList traceList traceEvents traceNoteList recoveryList",
		"GET /parcels/{parcel}/payload/{payload}":    "shipmentPayload",
		"POST /parcels/{parcel}/correct":             "trackingSave",
		"POST /parcels/{parcel}/write":               "ticketCreate",
		"POST /parcels/{parcel}/traces":              "traceOpen",
		"POST /parcels/{parcel}/traces/{trace}":      "traceUpdate traceNote",
		"POST /parcels/traces":                       "traceBulk",
		"GET /customers/{customer}":                  "customerGet customerTickets customerMerges orderList",
		"POST /customers/{customer}":                 "customerUpdate",
		"POST /customers/{customer}/{verb}":          "customerLink customerUnlink customerMerge customerUnmerge",
		"GET /views":                                 "viewList",
		"POST /views":                                "viewCreate ticketCount",
		"GET /views/{view}":                          "viewGet",
		"POST /views/{view}":                         "viewUpdate viewDelete",
		"GET /reports/returns":                       "outlayList",
		"GET /reports/returns.csv":                   "outlayList",
		"GET /reports/returns/cases":                 "outlayCases",
		"GET /reports":                               "reportStanding tagList viewList",
		"GET /admin":                                 onScreen,
		"GET /admin/people":                          "personList",
		"POST /admin/people/invite":                  "personInvite",
		"POST /admin/people/invite/{person}/revoke":  "personRevoke",
		"POST /admin/people/{person}":                "personUpdate",
		"POST /admin/people/{person}/reset":          "personReset",
		"GET /admin/people/{person}/sessions":        "personSessions",
		"POST /admin/people/{person}/sessions/end":   "personSessionEnd personSessionsEnd",
		"POST /admin/people/{person}/factors/remove": "personFactorsRemove",
		"GET /admin/roles":                           "roleList",
		"POST /admin/roles":                          "roleCreate",
		"GET /admin/roles/{role}":                    "roleList",
		"POST /admin/roles/{role}":                   "roleUpdate roleDelete",
		"GET /admin/tokens":                          "tokenList tokenGet",
		"POST /admin/tokens":                         "tokenCreate",
		"POST /admin/tokens/{key}/revoke":            "tokenRevoke",
		"GET /admin/security":                        "policyGet",
		"POST /admin/security":                       "policyUpdate",
		"GET /admin/teams":                           "teamList teamGet",
		"POST /admin/teams":                          "teamCreate",
		"POST /admin/teams/{team}":                   "teamUpdate teamDelete",
		"GET /admin/mailboxes":                       "mailboxList",
		"POST /admin/mailboxes":                      "mailboxCreate mailboxTestNew",
		"GET /admin/mailboxes/{mailbox}":             "mailboxGet",
		"POST /admin/mailboxes/{mailbox}":            "mailboxUpdate mailboxDelete mailboxTest",
		"GET /admin/macros":                          "macroList",
		"POST /admin/macros":                         "macroCreate",
		"GET /admin/macros/{macro}":                  "macroGet",
		"POST /admin/macros/{macro}":                 "macroUpdate macroDelete",
		"GET /admin/tags":                            "tagList",
		"POST /admin/tags":                           "tagCreate",
		"POST /admin/tags/{tag}":                     "tagUpdate tagMerge tagDelete",
		"GET /admin/fields":                          "fieldList fieldGet",
		"POST /admin/fields":                         "fieldCreate",
		"POST /admin/fields/{field}":                 "fieldUpdate fieldDelete",
		"GET /admin/webhooks":                        "webhookList webhookKinds hookList",
		"POST /admin/webhooks":                       "webhookCreate",
		"GET /admin/webhooks/{webhook}":              "webhookGet deliveryList",
		"POST /admin/webhooks/{webhook}":             "webhookUpdate webhookDelete webhookRotate webhookTest webhookReplay",
		"GET /admin/webhooks/{webhook}/{event}":      "deliveryGet",
		"POST /admin/webhooks/{webhook}/{event}":     "deliveryResend",
		"GET /admin/shops":                           "connectionList platformList",
		"POST /admin/shops":                          "connectionCreate",
		"GET /admin/shops/{connection}":              "connectionGet connectionProblems",
		"POST /admin/shops/{connection}":             "connectionUpdate connectionDelete connectionTest connectionSync connectionSeenTo",
		"GET /products":                              "productList shopList",
		"GET /products/{product}":                    "productGet productSales productOrders productUnits ticketList shipmentList",
		"POST /products/{product}":                   "productUpdate",
		"GET /admin/policies":                        "returnPolicyList returnPolicyGet returnPolicyVersions policyReleases policyReplayList returnBudgetList",
		"POST /admin/policies":                       "returnPolicyPut policyPublish policyReplayCreate",
		"GET /admin/policies/form":                   "returnPolicyGet shopList caseList",
		"POST /admin/policies/form":                  "returnPolicyPut",
		"POST /admin/policies/preview":               "policyReplayCreate",
		"GET /admin/policies/replays/{trial}":        "policyReplayGet",
		"GET /admin/policies/replays/{trial}/now":    "policyReplayGet",
		"GET /admin/policies/replays/{trial}/file":   "policyReplayGet",
		"POST /admin/policies/replays/{trial}":       "policyReplayCancel",
		"GET /admin/plans":                           "planList planGet planVersions quoteMake",
		"POST /admin/plans":                          "planPut",
		"GET /admin/plans/file":                      "planGet",
		"POST /admin/plans/file":                     "planPut",
		"GET /admin/promises":                        "promiseBookGet ticketPromises promiseBookTry",
		"POST /admin/promises":                       "promiseBookPut",
		"GET /admin/routing":                         "routingGet sheetList",
		"POST /admin/routing":                        "routingPut sheetPut",
		"GET /admin/costs":                           "costBookGet",
		"POST /admin/costs":                          "costBookPut costBookTry",
		"GET /admin/costs/lanes.csv":                 "costBookGet",
		"GET /admin/costs/goods.csv":                 "costBookGet",
		"POST /admin/costs/import":                   "costBookPut",
		"GET /admin/rates":                           "rateList rateHistory",
		"POST /admin/rates":                          "ratePut rateDrop",
		"POST /admin/rates/import":                   "rateImport",
		"GET /admin/places":                          "returnPlaceList returnPlaceGet",
		"POST /admin/places":                         "returnPlaceCreate returnPlacePut",
		"GET /admin/agreements":                      "agreementList",
		"POST /admin/agreements":                     "agreementPut agreementDelete",
		"GET /admin/warranties":                      "warrantyTermList",
		"POST /admin/warranties":                     "warrantyTermCreate warrantyTermPut",
		"POST /admin/warranties/import":              "warrantyTermImport",
		"GET /admin/warranties/plans":                "warrantyPlanList",
		"POST /admin/warranties/plans":               "warrantyPlanCreate warrantyPlanPut",
		"GET /replacements":                          "replacementList",
		"GET /replacements/sheet":                    "replacementList",
		"POST /replacements/sheet":                   "replacementGet replacementSent",
		"GET /replacements/{replacement}":            "replacementGet",
		"POST /replacements/{replacement}":           "replacementChoose replacementAddress replacementShort replacementSent replacementEnd replacementAgain",
		"GET /warehouse":                             "returnLook returnGet returnList returnUnknownList returnPhotoList",
		"POST /warehouse/scan":                       "returnLook returnReceive",
		"POST /warehouse/unknown":                    "returnUnknownKeep returnUnknownClaim",
		"POST /warehouse/{back}":                     "returnReceive returnFinish returnInspect returnPhotoAdd returnCancel",
		"GET /warehouse/{back}/label":                "returnLabel returnPapers",
		"POST /admin/hooks":                          "hookCreate",
		"GET /admin/pages":                           "shopList",
		"GET /admin/pages/{shop}":                    "lookGet",
		"POST /admin/pages/{shop}":                   "lookPut logoPut logoDelete hostPut hostDelete hostCheck",
		"GET /admin/pages/{shop}/preview":            "lookGet",
		"GET /admin/proactive":                       "proactiveList",
		"GET /admin/proactive/{shop}":                "proactiveGet proactivePreview",
		"POST /admin/proactive/{shop}":               "proactiveUpdate",
		"GET /admin/payments":                        "paymentAccountList paymentProviders",
		"POST /admin/payments":                       "paymentAccountCreate",
		"GET /admin/payments/{account}":              "paymentAccountGet hookGet hookRefusals receivedList",
		"POST /admin/payments/{account}":             "paymentAccountUpdate paymentAccountDelete paymentAccountTest",
		"GET /admin/limits":                          "refundLimits",
		"POST /admin/limits":                         "refundLimitsPut",
		"GET /admin/trackers":                        "trackerList trackerServices",
		"POST /admin/trackers":                       "trackerCreate",
		"GET /admin/trackers/{tracker}":              "trackerGet",
		"POST /admin/trackers/{tracker}":             "trackerUpdate trackerDelete trackerTest",
		"GET /admin/hooks/{hook}":                    "hookGet receivedList hookRefusals",
		"POST /admin/hooks/{hook}":                   "hookUpdate hookDelete hookRotate",
		"GET /admin/hooks/{hook}/{received}":         "receivedGet",
		"POST /admin/hooks/{hook}/{received}":        "receivedReplay",

		"GET /admin/audit":         "auditList auditState",
		"POST /admin/audit/check":  "auditCheck",
		"POST /admin/audit/export": "auditList",

		"GET /account":                              "meGet sessionList",
		"POST /account":                             "meUpdate",
		"POST /account/theme":                       "meUpdate",
		"POST /account/password":                    ownBrowser,
		"POST /account/sessions/{session}/end":      "sessionEnd",
		"POST /account/sessions/end-others":         "sessionEnd",
		"GET /account/security":                     ownBrowser,
		"GET /account/security/app":                 ownBrowser,
		"POST /account/security/app":                ownBrowser,
		"POST /account/security/app/remove":         ownBrowser,
		"POST /account/security/codes":              ownBrowser,
		"POST /account/security/passkeys":           ownBrowser,
		"POST /account/security/passkeys/options":   ownBrowser,
		"POST /account/security/passkeys/{passkey}": ownBrowser,
	}
}

// beforeSignIn is the part of the console that is there for whoever has no
// session yet, or proves themself anew.
func beforeSignIn(action string) bool {
	_, path, _ := strings.Cut(action, " ")
	return slices.ContainsFunc([]string{"/setup", "/sign-in", "/sign-out", "/invite/", "/forgot", "/confirm", "/password/strength"}, func(p string) bool { return strings.HasPrefix(path, p) })
}

// Everything that people do at the console, programs do at the API.
func TestAPIDoesWhatTheConsoleDoes(t *testing.T) {
	operations := map[string]bool{}
	for _, op := range api.Operations() {
		operations[op.ID] = true
	}
	known := counterparts()
	for _, action := range web.Actions() {
		to, ok := known[action]
		delete(known, action)
		switch {
		case beforeSignIn(action), to == onScreen, to == ownBrowser, to == ownChoice:
		case !ok:
			t.Errorf("%s: name the operations of the API that do the same", action)
		default:
			for _, id := range strings.Fields(to) {
				if !operations[id] {
					t.Errorf("%s: the API has no operation %s", action, id)
				}
			}
		}
	}
	for action := range known {
		t.Errorf("%s: the console has no such route any more", action)
	}
}
