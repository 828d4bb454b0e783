import type { Texts } from './texts.ts';

/** What clerks are told, in French. */
export const fr: Texts = {
  'line-refused': 'La ligne {line} {why} (motif {reason}){justified}.',
  'line-cut': 'Ligne {line} : {cuts}{justified}.',
  'reason-rejected': 'a été rejetée par le médecin-conseil',
  'reason-1': "porte sur un acte ou un médicament qui n'est pas au registre à cette date",
  'reason-2': "porte sur un article qui n'est pas dans la liste de prix de la formation sanitaire à cette date",
  'reason-3': "porte sur un article qu'aucun produit du patient ne paie pour une telle visite",
  'reason-4': "porte sur un article qui n'est pas destiné aux patients de ce sexe ou de cet âge",
  'reason-5': 'répète un acte ou un médicament plus tôt que permis',
  'reason-7': 'concerne un patient sans couverture à cette date',
  'reason-9': 'appartient à une demande sans date, ou datée avant la visite',
  'reason-10': 'ne convient pas au type de soins : hospitalisation ou soins ambulatoires',
  'reason-11': "dépasse le nombre d'hospitalisations",
  'reason-12': 'dépasse le nombre de visites',
  'reason-13': 'dépasse le nombre de consultations',
  'reason-14': "dépasse le nombre d'opérations",
  'reason-15': "dépasse le nombre d'accouchements",
  'reason-16': "dépasse la quantité que le produit paie pendant une période d'assurance",
  'reason-17': "tombe dans le délai d'attente",
  'reason-19': 'dépasse le nombre de visites prénatales',
  'cut-quantity': 'quantité payée : {paid} sur {asked}',
  'cut-price': 'le médecin-conseil a fixé le prix à {price}',
  'cut-deductible': '{amount} sont à la charge du patient (franchise)',
  'cut-category': '{amount} dépassent ce qui est payé pour une demande de cette catégorie',
  'cut-ceiling': '{amount} dépassent le plafond',
  'line-net-differs':
    'La ligne {line} indique un montant net de {stated}, mais son prix unitaire multiplié par sa quantité donne {computed}, qui est retenu.',
  'claim-total-differs':
    'La demande indique un total de {stated}, mais la somme de ses lignes est {computed}, qui est retenue.',
  'claim-undecided':
    'La demande ne peut pas encore être jugée : {lines}. Complétez le paramétrage, puis appelez Claim/<id>/$process.',
  'line-needs': 'à la ligne {line} il manque {what}',
  'valued-with-index': "Les prix relatifs sont valorisés avec l'indice {index}.",

  'needs-entry': "l'acte ou le médicament {code}",
  'needs-price': 'le prix de {code} en {currency}',
  'needs-plan': 'le produit {product}, que nomme la couverture {coverage}',
  'needs-plan-currency': 'le produit {product} en {currency}, la monnaie de la demande',
  'needs-ceiling-interpretation':
    'ce que le produit {product} compte comme soins hospitaliers (son interprétation du plafond)',
  'needs-level': 'le niveau de la formation sanitaire',
  'needs-birth-date': 'la date de naissance du patient',
  'needs-birth-day': 'le jour exact de naissance du patient',
  'needs-gender': 'le sexe du patient',
  'needs-product-reference': 'le produit : valuedItem.entityReference du premier asset',
  'needs-product': 'le produit que nomme le contrat',
  'needs-members': 'la fiche de chaque membre : typeReference du premier asset',
  'needs-enrolment-day': "le jour de l'adhésion : Contract.issued",
  'needs-renewed': 'la police qui est renouvelée : Contract.supportingInfo',
  'needs-renewed-end': 'le dernier jour de la police qui est renouvelée : son asset.period',
  'needs-contribution-currency': 'chaque cotisation en {currency}, la monnaie du produit',
  'needs-contribution-amount': 'le montant de chaque cotisation',
  'needs-contribution-date': 'la date de chaque cotisation',
  'needs-plan-extensions': 'les extensions {extension} du produit, qui distinguent les types',
  'needs-start-cycle': 'chaque start-cycle du produit sous la forme JJ-MM',
  'needs-insurance-period': "la période d'assurance du produit en mois",

  'covered-by-one': 'Couvert le {day} : une couverture en vigueur.',
  'covered-by-several': 'Couvert le {day} : {count} couvertures en vigueur.',
  'not-covered': 'Non couvert le {day} : aucune couverture en vigueur.',
  'coverage-stopped': "Une couverture pour ce jour n'est pas active.",
  'coverage-ended': 'La dernière a pris fin le {day}.',
  'coverage-begins': 'La prochaine commence le {day}.',
  'coverage-other-one': "1 des couvertures demandées n'est pas à ce patient.",
  'coverage-others': '{count} des couvertures demandées ne sont pas à ce patient.',
  'coverage-unjudged':
    "Ce que paie le produit {products} n'est pas paramétré ici ; cette réponse dit seulement qu'il y a une couverture.",
  'excluded-not-covered': 'Le produit ne paie pas cela.',
  'excluded-waiting': "Le délai d'attente n'est pas écoulé.",
  'excluded-quantity-used': "Tout ce qui en est payé pendant cette période d'assurance est épuisé.",
  'excluded-category-used':
    "Toutes les demandes de ce type qui sont payées pendant cette période d'assurance sont épuisées.",
  'benefit-undecided': 'Non jugé : il manque {what}.',

  'claim-number-too-long': 'Écrivez le nombre avec {digits} chiffres au plus.',
  'claim-line-sequence-repeated':
    'Claim.item[{index}] a déjà le numéro (sequence) {sequence}. Donnez à chaque ligne un autre numéro.',
  'claim-line-price-missing': 'Dites ce que coûte la ligne : ajoutez unitPrice.value.',
  'claim-currency-mixed':
    'Ce montant est en {currency}, mais la demande commence en {first}. Employez une seule monnaie dans une demande.',
  'claim-currency-default': "{currency} (la monnaie d'un montant qui n'en nomme pas)",
  'reference-required':
    "Donnez reference sous la forme {types}, qui nomme une ressource de ce serveur ; un identifiant, une ressource incluse ou une ressource d'un autre serveur ne suffit pas ici.",
  'claim-stays':
    'Cette demande a été jugée et reste. Pour la retirer, appelez Claim/<id>/$cancel, ou mettez son status à cancelled.',
  'claim-stays-unchanged':
    'Cette demande a été jugée et reste telle quelle. Envoyez ce qui a changé comme nouvelle demande avec son propre identifiant, et nommez celle-ci dans related : avec la relation prior si elle est rejetée ou annulée, ou avec replaces, qui l’annule.',
  'claim-not-checked':
    "Seule une demande qui a été vérifiée ici et n'est pas décidée peut avancer ; celle-ci est {state}.",
  'state-status': 'de status {status}',
  'state-elsewhere': 'jugée par un autre système',
  'state-1': 'rejetée',
  'state-2': 'pas encore vérifiée',
  'state-4': 'vérifiée',
  'state-8': 'traitée',
  'state-16': 'valorisée',
  'review-line-missing': 'Dites de quelle ligne il s’agit : ajoutez la partie sequence.',
  'review-line-unknown': "La demande n'a pas de ligne avec le numéro {line}.",
  'review-line-rejected': 'La ligne {line} est déjà rejetée, pour le motif {reason}.',
  'review-negative': 'La quantité et le prix sont 0 ou plus.',
  'review-quantity': 'La ligne {line} a été demandée avec une quantité plus petite ; approuvez au plus celle-ci.',
  'patient-replaced': 'Cette fiche a été fusionnée avec {patient}. Référez-vous à celle-là.',
  'number-unknown': 'Aucun patient n’a ce numéro. Corrigez-le, ou référez-vous à Patient/<id>.',
  'number-of-several': 'Plusieurs patients ont ce numéro. Corrigez-le, ou référez-vous à Patient/<id>.',

  'payment-amount-invalid':
    'Donnez le montant payé : plus de 0, avec au plus {digits} chiffres après la virgule en {currency}.',
  'invoice-currency-differs': 'La facture est en {currency}. Donnez le montant dans cette monnaie.',
  'payment-currency-differs': 'Le paiement est en {currency}. Donnez le montant de chaque détail dans cette monnaie.',
  'payment-payee-differs': 'La facture est à payer à {payee}. Nommez ce bénéficiaire, ou la facture voulue.',
  'payment-invoice-closed': 'La facture a le status {status}, rien ne peut être payé pour elle. Nommez-en une autre.',
  'notice-stays':
    'Un avis actif compte comme paiement de sa facture et reste. Pour le reprendre, mettez son status à cancelled.',
  'notice-stays-unchanged':
    "L'objet d'un avis actif ne peut pas être changé. Mettez son status à cancelled et envoyez un nouvel avis.",
  'reconciliation-stays': 'Un rapprochement actif compte et reste. Pour le reprendre, mettez son status à cancelled.',
  'reconciliation-stays-unchanged':
    "Le montant et les détails d'un rapprochement actif ne peuvent pas être changés. Mettez son status à cancelled et envoyez-en un nouveau.",
  'reconciliation-unbalanced': 'Les détails dépassent ce qui a été payé. Corrigez leurs montants, ou paymentAmount.',
  'reconciliation-large': 'Un rapprochement règle au plus {most} factures. Divisez-le.',
  'invoice-paid': "De l'argent a été payé pour cette facture. Annulez d'abord ses avis de paiement.",
  'invoice-paid-currency': "De l'argent a été payé pour cette facture dans la monnaie qu'elle avait. Gardez-la.",
  'batch-run-not-due':
    "Le produit n'a pas de répartition (extension plan-distribution) pour les soins {care} qui se termine avec {month}. Ajoutez-en une, ou choisissez le mois où finit son trimestre ou son année.",
  'batch-already-run':
    '{task} a déjà valorisé les demandes de ce produit et de cette période. Une période est traitée une seule fois.',
  'batch-currency-mixed':
    "{answer} est dans une autre monnaie que les demandes précédentes, ou n'en indique aucune ; {task} n'a donc rien évalué. Corrigez cela, puis demandez de nouveau le calcul.",
  'premium-set-up-missing': 'Ce qui est dû ne peut pas être dit. Il manque {what}.',
  'receipt-repeated': 'Ce reçu figure déjà dans ce contrat. Donnez à chaque contribution le numéro de son propre reçu.',
  'contract-instalments': 'Le produit permet {most} versements. Encaissez avec celui-ci tout ce qui reste à payer.',
  'contract-full':
    "Le produit n'a plus de place pour toutes les personnes qui doivent s'ajouter. Indiquez moins de personnes.",
  'contract-unpaid':
    "Cette police attend d'être payée. Envoyez-la comme offered avec ce qui a été payé ; elle commence d'elle-même quand tout est payé, ou quand un agent l'impose.",
  'claim-quantity-above-maximum': 'Une demande peut en avoir {most} au plus ; celle-ci en a {quantity}.',
  'claim-diagnoses-too-many': 'Donnez {most} diagnostics au plus : le principal, et ceux qui comptent le plus.',
  'contract-begun':
    "Cette police a commencé. Gardez le jour de l'adhésion, le produit, les membres et les cotisations avec lesquels elle a commencé, ou envoyez-la avec le status executed.",

  'claim-withdrawn-stays':
    'Cette demande a été retirée et le reste. Envoyez une nouvelle demande avec son propre identifiant, et nommez celle-ci dans related avec la relation prior.',
  'claim-withdrawn-already': 'Cette demande est déjà retirée.',
  'claim-valuated': "Cette demande a été valorisée. Faites d'abord annuler sa valorisation, avec Claim/<id>/$reverse.",
  'claim-billed':
    'Cette demande a été valorisée par un traitement par lot et figure sur la facture de sa formation sanitaire ; sa valorisation reste donc.',
  'claim-related-self': 'Une demande ne peut pas se remplacer elle-même. Nommez la précédente.',
  'claim-related-provider':
    "La demande précédente est d'un autre prestataire. Seul celui qui a déposé une demande peut la corriger.",
  'claim-related-open':
    "La demande précédente n'est ni rejetée ni annulée. Annulez-la d'abord, ou donnez la relation `replaces`, qui l'annule.",
  'claim-replaced': 'Remplacée par {claim}.',
  'claim-cancelled': 'Annulée : {reason}',
  'claim-not-valuated':
    'Seule une demande qui a été traitée ou valorisée ici peut être reprise ; celle-ci est {state}.',
  'grievance-task-kept':
    "Cette tâche sert à répondre à une plainte. Gardez son code et son focus ; confiez-la à quelqu'un d'autre par owner.",
  'grievance-task-stays': 'Cette tâche sert à répondre à une plainte et reste. Fermez-la avec une réponse.',
  'grievance-unanswered':
    'Dites ce qui a été répondu avant de fermer la tâche : un output dont le type a le code `answer` du système {system}, avec valueString, ou valueReference vers une Communication.',
  'grievance-kept':
    "Ceci est une plainte et le reste. Répondez plutôt à sa tâche, et dites-y si ce n'en était pas une.",
  'grievance-stays': 'Ceci est une plainte et reste. Répondez plutôt à sa tâche.',
  'feedback-once': 'Répondez une fois à chacune des cinq questions ; {question} a {count} réponses.',
  'feedback-answer': 'Répondez à {question} par une de ces valeurs : {answers}.',
  'feedback-claim': 'Dites de quelle demande parle l’avis : une référence sous la forme Claim/<id>.',
  'feedback-patient': "La demande est d'un autre patient. Nommez le patient de la demande, ou une autre demande.",
  'cover-not-active':
    "Cette couverture n'est pas active le {day}, il n'y a donc pas de carte à établir. Renouvelez d'abord la couverture.",
  'no-cover-active':
    "Aucune couverture de ce patient n'est active le {day}, il n'y a donc pas de carte à établir. Renouvelez d'abord la couverture.",
};
